// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What a plane does.
 *
 * <table>
 *   <caption>Transitions; all others are illegal</caption>
 *   <tr><th>from</th><th>to</th><th>when</th></tr>
 *   <tr><td>OFF, SHOWN, BLACK</td><td>FETCHING</td><td>the first flip that waits is ready, and goes to the device</td></tr>
 *   <tr><td>FETCHING</td><td>SHOWN</td><td>the panel shows its layers</td></tr>
 *   <tr><td>FETCHING</td><td>OFF</td><td>it was a flip without a layer</td></tr>
 *   <tr><td>FETCHING</td><td>BLACK</td><td>the bus blocked a fetch, or the layers were withheld because the pipe is not
 *       protected</td></tr>
 *   <tr><td>FETCHING</td><td>the state before</td><td>the flip was dropped, and the panel stays as it was</td></tr>
 *   <tr><td>OFF, SHOWN, BLACK</td><td>BLACK</td><td>the pipe lost its protection</td></tr>
 *   <tr><td>FETCHING</td><td>FETCHING</td><td>the pipe lost its protection; the state before is BLACK now</td></tr>
 *   <tr><td>OFF, SHOWN, BLACK</td><td>CLOSED</td><td>the driver has stopped, or the device is gone</td></tr>
 * </table>
 *
 * <p>A stopped driver lets the device finish first, so that FETCHING never becomes CLOSED.
 */
@ProviderType
public enum PlaneState {
    /** The panel shows nothing of it. */
    OFF,
    /** The device fetches a flip; the panel shows what it showed before. */
    FETCHING,
    /** The panel shows its layers. */
    SHOWN,
    /**
     * The panel shows black in the place of what could not or must not be shown; of a trusted plane, nothing when the
     * pipe is not protected.
     */
    BLACK,
    /** It shows nothing any more. */
    CLOSED
}
