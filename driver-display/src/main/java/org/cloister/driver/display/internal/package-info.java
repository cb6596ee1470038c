// SPDX-License-Identifier: Apache-2.0
/**
 * The display driver itself.
 */
package org.cloister.driver.display.internal;
