// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.web.internal;

import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloister.console.web.WebPart;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * Finds what others have the server hand out. Looked up at each request, so that a part may wait for the page without the
 * page's waiting for the part. Safe for use by any thread.
 */
final class Parts {
    private final BundleContext context;

    Parts(BundleContext context) {
        this.context = context;
    }

    /** What is at a path now; of several, the one with the highest ranking. */
    Optional<WebPart.Content> read(String path, String accept) {
        Optional<ServiceReference<WebPart>> found = references().filter(
                one -> path.equals(one.getProperty(WebPart.PATH))).max(Comparator.naturalOrder());
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(context.getService(found.get())).map(part -> part.read(accept));
        } finally {
            context.ungetService(found.get());
        }
    }

    private Stream<ServiceReference<WebPart>> references() {
        try {
            return context.getServiceReferences(WebPart.class, null).stream();
        } catch (InvalidSyntaxException e) {
            throw new AssertionError("there is no filter", e);
        }
    }
}
