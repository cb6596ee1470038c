// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.web;

import java.net.URI;
import org.osgi.annotation.versioning.ProviderType;

/** The web page while it is served; a service. Safe for use by any thread. */
@ProviderType
public interface WebPage {
    /** {@return where browsers find it, such as {@code http://127.0.0.1:8480/}} */
    URI address();

    /** {@return whether whoever has the token can change something; otherwise nobody can} */
    boolean isControlled();
}
