// SPDX-License-Identifier: Apache-2.0
/**
 * Reports for people and for machines.
 */
package org.cloister.tck.report.internal;
