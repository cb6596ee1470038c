// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The state of a group. There can be more groups than slots in the hardware: a group without work makes room when others
 * wait, and one with work does after each composition.
 *
 * <table>
 *   <caption>Transitions; what is not here is impossible</caption>
 *   <tr><th>from</th><th>event</th><th>to</th></tr>
 *   <tr><td>SUSPENDED</td><td>assign: there is a slot, and it is its turn</td><td>STARTING</td></tr>
 *   <tr><td>STARTING</td><td>started: the firmware has it</td><td>IDLE</td></tr>
 *   <tr><td>IDLE</td><td>submit: it is given work</td><td>BUSY</td></tr>
 *   <tr><td>BUSY</td><td>done</td><td>IDLE</td></tr>
 *   <tr><td>BUSY, PROTECTED</td><td>wait: it came to a protected region, or was interrupted in it</td><td>WAITING</td></tr>
 *   <tr><td>WAITING</td><td>enter: it is its turn</td><td>PROTECTED</td></tr>
 *   <tr><td>PROTECTED</td><td>leave: the region has ended</td><td>BUSY</td></tr>
 *   <tr><td>IDLE</td><td>suspend: others wait for a slot</td><td>SUSPENDING</td></tr>
 *   <tr><td>SUSPENDING</td><td>vacated: the firmware has forgotten it</td><td>SUSPENDED</td></tr>
 *   <tr><td>STARTING, IDLE, BUSY, WAITING</td><td>reset: the GPU starts anew, its work is given again</td><td>STARTING</td></tr>
 *   <tr><td>SUSPENDING, SUSPENDED</td><td>reset</td><td>SUSPENDED</td></tr>
 *   <tr><td>any but CLOSED</td><td>lose: what it needs is gone, it failed, or the GPU was reset in its protected
 *   region</td><td>LOST</td></tr>
 *   <tr><td>any</td><td>close</td><td>CLOSED</td></tr>
 * </table>
 */
@ProviderType
public enum GroupState {
    /** It has no slot of the hardware's. */
    SUSPENDED,
    /** The firmware is being told of it. */
    STARTING,
    /** It has no work. */
    IDLE,
    /** It works, in normal mode. */
    BUSY,
    /** It waits for protected mode. */
    WAITING,
    /** It works in protected mode, or is about to. At most one group is in this state. */
    PROTECTED,
    /** It makes room for another group. */
    SUSPENDING,
    /** It will not work again; close it. */
    LOST,
    /** It is no more. */
    CLOSED
}
