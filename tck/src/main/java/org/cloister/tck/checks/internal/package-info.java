// SPDX-License-Identifier: Apache-2.0
/**
 * The checks, by what they are about. The names of these classes and of their methods are what reports call a check.
 */
package org.cloister.tck.checks.internal;
