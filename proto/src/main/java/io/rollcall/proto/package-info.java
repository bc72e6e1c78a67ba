/**
 * The values that stand on the wire and their rules: what a chain id is, what an XT is and how it
 * is identified. Generated messages are in {@code io.rollcall.proto.v1}. Immutable, any thread.
 */
@NullMarked
package io.rollcall.proto;

import org.jspecify.annotations.NullMarked;
