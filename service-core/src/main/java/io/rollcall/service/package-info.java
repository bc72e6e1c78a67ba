/**
 * What both services stand on: the single writer around a state machine, and storage that outlives
 * the process. Knows neither the machines nor the transport.
 */
@NullMarked
package io.rollcall.service;

import org.jspecify.annotations.NullMarked;
