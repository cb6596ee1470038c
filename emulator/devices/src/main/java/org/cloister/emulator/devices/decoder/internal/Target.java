// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import java.util.List;
import org.cloister.platform.device.MemoryRange;

/** Memory for one picture. */
record Target(long cookie, List<MemoryRange> memory) {}
