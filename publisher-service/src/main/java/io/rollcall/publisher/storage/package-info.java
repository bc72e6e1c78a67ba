/** Where decisions are kept; called by the coordinator thread only. */
@NullMarked
package io.rollcall.publisher.storage;

import org.jspecify.annotations.NullMarked;
