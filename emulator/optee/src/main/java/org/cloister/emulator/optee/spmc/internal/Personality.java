// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

/** How exactly the partition manager takes the rules of FF-A. */
public enum Personality {
    /** As OP-TEE does: lax where that does it no harm. */
    OPTEE,
    /** To the letter: what FF-A calls reserved, must be zero, or malformed is refused. */
    STRICT
}
