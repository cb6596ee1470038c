// SPDX-License-Identifier: Apache-2.0
/**
 * MediaTek's memory application, as a trusted application of the emulated TEE, and a board that has it.
 *
 * <p>It manages two types of memory for protected video: carve-outs that boot firmware protects ({@code CM_TZ}), which
 * the device tree gives it by {@code cloister,trusted-application}, and blocks of contiguous memory that the normal world
 * hands over while they are in use ({@code CM_CMA}), each in a range of the firewall.
 */
package org.cloister.emulator.mtk.internal;
