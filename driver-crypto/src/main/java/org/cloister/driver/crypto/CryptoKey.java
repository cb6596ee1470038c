// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.crypto;

import java.security.interfaces.RSAPublicKey;
import org.osgi.annotation.versioning.ProviderType;

/** An RSA key whose private part is in restricted memory, until closed. Safe for use by any thread. */
@ProviderType
public interface CryptoKey extends AutoCloseable {
    /** The public part. */
    RSAPublicKey publicKey();

    /** Forgets the key once jobs that use it are done. Idempotent. */
    @Override
    void close();
}
