// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.util.UUID;
import org.osgi.annotation.versioning.ProviderType;

/**
 * How the trusted application is called that copies between restricted memory, by which buffers are moved from one backend
 * to another without their content ever being in normal memory. The protocol is Cloister's own.
 *
 * <p>Command {@link #COPY}: restricted memory to read (memory, in), restricted memory to write (memory, out, at least as
 * long). Refused with {@code ACCESS_DENIED}, and nothing is written, unless both are restricted, for the same use case as
 * far as that is known, apart from one another, and nobody can do with the destination what he cannot with the source;
 * with {@code SHORT_BUFFER} when the destination is too short.
 */
@ProviderType
public final class RestrictedCopy {
    /** The uuid of the application. */
    public static final UUID APPLICATION = UUID.fromString("d3a9c7e4-6f12-4b58-9e0d-2c81f5a7b463");
    /** Command: copies all of the source. */
    public static final int COPY = 0;

    private RestrictedCopy() {}
}
