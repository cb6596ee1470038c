// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.web;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Something that the server of the page hands out besides the page, to whoever may read the page. Register it as a
 * service (whiteboard) with the property {@value #PATH}. Must be safe for use by any thread.
 */
@ConsumerType
public interface WebPart {
    /** Service property: where it is found, such as {@code "/metrics"}, a {@link String}. What the page has comes first. */
    String PATH = "cloister.web.path";

    /**
     * What is handed out.
     *
     * @param type the media type
     * @param bytes what there is, not to be changed
     */
    @ConsumerType
    record Content(String type, byte[] bytes) {}

    /**
     * {@return how it is now} Called for each request, on a thread of its own.
     *
     * @param accept media types that are wanted, as the request's {@code Accept} says; empty when it does not
     */
    Content read(String accept);
}
