// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.mtk.internal;

/** Which commands the memory application knows; {@link org.cloister.platform.layout.MtkCommand} has the tables. */
public enum Numbering {
    /** Those of January 2024 and later. */
    CURRENT,
    /** Those of 2023. */
    LEGACY
}
