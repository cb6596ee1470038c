// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The mode of a GPU, as its driver knows it. Address spaces are changed in {@link #NORMAL} only.
 *
 * <table>
 *   <caption>Transitions; what is not here is impossible</caption>
 *   <tr><th>from</th><th>event</th><th>to</th></tr>
 *   <tr><td>OFF</td><td>start: the microcontroller is switched on</td><td>BOOTING</td></tr>
 *   <tr><td>BOOTING</td><td>booted: the firmware describes its interface</td><td>NORMAL</td></tr>
 *   <tr><td>BOOTING</td><td>timed out: it does not, within 1 s</td><td>DEAD</td></tr>
 *   <tr><td>NORMAL</td><td>enter: a group waits for protected mode</td><td>ENTERING</td></tr>
 *   <tr><td>ENTERING</td><td>entered: acknowledged within 4 s, active within 500 ms more</td><td>PROTECTED</td></tr>
 *   <tr><td>ENTERING, PROTECTED, EXITING</td><td>left: the protected region ended, or was interrupted</td><td>NORMAL</td></tr>
 *   <tr><td>PROTECTED</td><td>exit: somebody needs normal mode, the firmware is pinged</td><td>EXITING</td></tr>
 *   <tr><td>NORMAL, ENTERING, PROTECTED, EXITING</td><td>timed out: no answer in time; 500 ms to exit</td><td>RESETTING</td></tr>
 *   <tr><td>NORMAL, ENTERING, PROTECTED, EXITING</td><td>fault</td><td>RESETTING</td></tr>
 *   <tr><td>RESETTING</td><td>reset: the GPU says it is done</td><td>BOOTING</td></tr>
 *   <tr><td>RESETTING</td><td>timed out: it does not, within 100 ms</td><td>DEAD</td></tr>
 *   <tr><td>any</td><td>stop</td><td>OFF</td></tr>
 * </table>
 */
@ProviderType
public enum GpuMode {
    /** Not driven. */
    OFF,
    /** The firmware is starting. */
    BOOTING,
    /** Everything but restricted memory can be reached. */
    NORMAL,
    /** Protected mode was asked for. */
    ENTERING,
    /** Everything can be read, and restricted memory alone be written. */
    PROTECTED,
    /** Protected mode is to be left before its work is done. */
    EXITING,
    /** It starts anew, because it does not answer or something failed in protected mode. */
    RESETTING,
    /** Not even that helped. */
    DEAD
}
