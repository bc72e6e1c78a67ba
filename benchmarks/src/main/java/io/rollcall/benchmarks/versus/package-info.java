/**
 * The transport beside gRPC: the same messages, the same work, the same number of event loops. Each
 * side is an application as its users write it, in a process of its own; clients and readers are
 * here.
 */
@NullMarked
package io.rollcall.benchmarks.versus;

import org.jspecify.annotations.NullMarked;
