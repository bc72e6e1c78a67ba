/**
 * Both state machines against each other: whole runs of a publisher, its sequencers and submitters
 * over a simulated network, each decided by one seed. Every run belongs to one thread; several runs
 * may go on at once.
 */
@NullMarked
package io.rollcall.scp.simulation;

import org.jspecify.annotations.NullMarked;
