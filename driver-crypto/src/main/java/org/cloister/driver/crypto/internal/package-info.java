// SPDX-License-Identifier: Apache-2.0
/**
 * The crypto driver itself.
 */
package org.cloister.driver.crypto.internal;
