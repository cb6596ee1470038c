// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display.internal;

/** What makes a plane change its state. */
enum PlaneSignal {
    /** A flip goes to the device. */
    FETCH,
    /** The panel shows its layers. */
    PRESENTED,
    /** The panel shows that it has no layer. */
    CLEARED,
    /** The panel shows black instead of its layers. */
    BLACKENED,
    /** The panel stays as it was. */
    DROPPED,
    /** The pipe lost its protection. */
    EXPOSED,
    /** The driver has stopped. */
    STOPPED
}
