// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A display controller: fetches pictures from memory, composes them, and sends the result down its pipes. Registered
 * as a service with the property {@value #NAME}. There is no way for the normal world to read back what a pipe carries.
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
public interface DisplayController {
    /** Service property: the {@link #name()}. */
    String NAME = "device.name";

    /** The full path of its node in the device tree; of the first, if its pipes have a node each. */
    String name();

    /** Its pipes; never empty, always the same. */
    List<DisplayPipe> pipes();

    /** What its address generators can do. */
    DmaLimits limits();
}
