// SPDX-License-Identifier: Apache-2.0
/**
 * Tests of the TCK inside the framework.
 */
package org.cloister.tck.itests;
