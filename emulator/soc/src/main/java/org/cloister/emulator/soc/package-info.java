// SPDX-License-Identifier: Apache-2.0
/**
 * An emulated system-on-chip: physical memory behind a firewall that every initiator passes.
 *
 * <p>{@link org.cloister.emulator.soc.Soc} is a board that is on. It is a service. A model of a device asks it for
 * {@link org.cloister.emulator.soc.Soc#memory memory} under its own initiator's name, raises
 * {@link org.cloister.emulator.soc.Soc#interrupts interrupts}, and may put
 * {@link org.cloister.emulator.soc.Soc#attach registers} on the bus.
 *
 * <p>{@link org.cloister.emulator.soc.Firmware} is a service that a model of secure-world firmware provides. When the
 * board is switched on, boot firmware programs the firewall from the device tree; then each firmware that the tree
 * names is booted and given the {@link org.cloister.emulator.soc.SecureWorld}, the only way to program the
 * {@link org.cloister.emulator.soc.Firewall} and to have memory
 * {@linkplain org.cloister.emulator.soc.EncryptedMemory encrypted}; then the normal world finds its services: {@code PhysicalMemory} of the
 * CPU, the device tree, contiguous areas, interrupts.
 *
 * <p>{@link org.cloister.emulator.soc.Board} is a service that adds a board to those that can be chosen by the
 * configuration {@code org.cloister.emulator.board}.
 */
@Export
@Version("1.0.0")
package org.cloister.emulator.soc;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
