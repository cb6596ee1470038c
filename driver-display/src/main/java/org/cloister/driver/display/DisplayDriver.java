// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A display controller, driven. Registered as a service with the property {@value #DEVICE}. Safe for use by any thread.
 */
@ProviderType
public interface DisplayDriver {
    /** Service property: the path of the device in the device tree. */
    String DEVICE = "device.name";

    /** Where pictures can be shown; never empty, always the same. */
    List<DisplayOutput> outputs();

    /** Whether the heap is there whose pictures the driver is made for. */
    Readiness readiness();
}
