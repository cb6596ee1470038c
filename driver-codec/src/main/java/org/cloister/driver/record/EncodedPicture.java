// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.record;

import org.osgi.annotation.versioning.ProviderType;

/**
 * An access unit that the encoder has written.
 *
 * @param length bytes, from the beginning of its buffer on
 * @param key whether decoding can begin with it
 */
@ProviderType
public record EncodedPicture(long length, boolean key) {}
