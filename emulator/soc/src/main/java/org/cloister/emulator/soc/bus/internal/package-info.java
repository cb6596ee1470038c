// SPDX-License-Identifier: Apache-2.0
/** Physical memory, the registers of devices, and the bus on which initiators reach them. */
package org.cloister.emulator.soc.bus.internal;
