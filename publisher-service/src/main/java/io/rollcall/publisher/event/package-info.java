/**
 * What the transport's messages and connections mean to the publisher, as immutable records;
 * belongs to no thread.
 */
@NullMarked
package io.rollcall.publisher.event;

import org.jspecify.annotations.NullMarked;
