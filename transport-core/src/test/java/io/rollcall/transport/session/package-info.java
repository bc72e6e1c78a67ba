/** Tests of decisions about one session, in virtual time; the crypto pool on threads of its own. */
@NullMarked
package io.rollcall.transport.session;

import org.jspecify.annotations.NullMarked;
