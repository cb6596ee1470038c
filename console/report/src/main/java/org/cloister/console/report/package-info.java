// SPDX-License-Identifier: Apache-2.0
/**
 * How shells, commands and pages write what they report: the same words, tables and JSON keys everywhere.
 */
@Export
@Version("1.0.0")
package org.cloister.console.report;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
