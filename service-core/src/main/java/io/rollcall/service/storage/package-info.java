/**
 * Where records outlive the process: the log of rows that only grows at its end, and the projection
 * that answers questions about them. Plain JDBC; owns the thread {@code projector}.
 */
@NullMarked
package io.rollcall.service.storage;

import org.jspecify.annotations.NullMarked;
