// SPDX-License-Identifier: Apache-2.0
/**
 * What runs the checks: who is tested, on what bench, by which engine, and how it is told.
 */
package org.cloister.tck.internal;
