// SPDX-License-Identifier: Apache-2.0
/**
 * How display and GPU turn pictures into colours: the same way, so that it makes no difference who does.
 */
package org.cloister.emulator.devices.picture.internal;
