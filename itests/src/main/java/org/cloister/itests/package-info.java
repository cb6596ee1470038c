// SPDX-License-Identifier: Apache-2.0
/**
 * Tests inside the framework: the bundles as they are deployed, with an emulated board under them.
 */
package org.cloister.itests;
