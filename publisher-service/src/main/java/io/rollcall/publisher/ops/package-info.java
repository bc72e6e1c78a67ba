/**
 * What operators watch: meters, health, warnings; fed by the coordinator thread, read by anybody.
 */
@NullMarked
package io.rollcall.publisher.ops;

import org.jspecify.annotations.NullMarked;
