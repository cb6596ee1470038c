// SPDX-License-Identifier: Apache-2.0
/**
 * The program that the {@code cloister} script starts. It knows nothing of Cloister but its folder: any framework and
 * any bundles do.
 */
package org.cloister.launcher.internal;
