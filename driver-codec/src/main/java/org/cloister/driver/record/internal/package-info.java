// SPDX-License-Identifier: Apache-2.0
/**
 * The driver of camera and encoder itself.
 */
package org.cloister.driver.record.internal;
