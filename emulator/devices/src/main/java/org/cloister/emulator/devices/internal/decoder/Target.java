// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal.decoder;

import java.util.List;
import org.cloister.platform.device.MemoryRange;

/** Memory for one picture. */
record Target(long cookie, List<MemoryRange> memory) {}
