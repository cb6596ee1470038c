// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

/** Which commands the application knows; {@link org.cloister.platform.layout.MtkCommand} has the tables. */
enum Numbering {
    /** Those of January 2024 and later. */
    CURRENT,
    /** Those of 2023, which cannot tell where a buffer is. */
    LEGACY
}
