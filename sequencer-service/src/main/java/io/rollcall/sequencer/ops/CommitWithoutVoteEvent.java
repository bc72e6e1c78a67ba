package io.rollcall.sequencer.ops;

import io.rollcall.proto.XtId;

/**
 * Spring event: the publisher committed an XT that this chain takes part in and did not vote yes
 * on. It was not applied here, and the other chains have applied it. Published on the coordinator
 * thread, which waits for the listeners.
 *
 * @param id the XT
 */
public record CommitWithoutVoteEvent(XtId id) {}
