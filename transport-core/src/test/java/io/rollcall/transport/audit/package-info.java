/** Tests of the audit trail. */
@NullMarked
package io.rollcall.transport.audit;

import org.jspecify.annotations.NullMarked;
