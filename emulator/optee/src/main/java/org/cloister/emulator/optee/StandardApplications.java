// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee;

import org.cloister.emulator.optee.ta.internal.ContentApplication;
import org.osgi.annotation.versioning.ProviderType;

/** Trusted applications that are no part of OP-TEE, for other emulated trusted operating systems to run as well. */
@ProviderType
public final class StandardApplications {
    private StandardApplications() {}

    /** The application that decrypts content, see {@link org.cloister.platform.layout.ContentSample}. */
    public static TrustedApplication contentDecryption() {
        return new ContentApplication();
    }
}
