// SPDX-License-Identifier: Apache-2.0
/**
 * Heaps of encrypted memory, as AMD's graphics engines know it (TMZ). No TEE has a part in it: whoever has not the key
 * may read, and reads ciphertext. {@link org.cloister.platform.device.MemoryEncryption} has the device-tree binding.
 */
package org.cloister.backend.amdtee.tmz.internal;
