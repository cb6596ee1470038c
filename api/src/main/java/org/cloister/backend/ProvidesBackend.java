// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.annotation.bundle.Attribute;
import org.osgi.annotation.bundle.Capability;

/**
 * Declares the backend in the manifest, {@code Provide-Capability: cloister.backend;cloister.backend=<id>}, so that a
 * resolver can be asked for it. Put it on the component that implements {@link HeapBackend}.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
@Capability(namespace = HeapBackend.NAMESPACE, version = "1.0.0")
public @interface ProvidesBackend {
    /** {@return the backend's id, the same as {@link HeapBackend#id()}} */
    @Attribute(HeapBackend.NAMESPACE)
    String value();

    /**
     * {@return whether a trusted OS can use buffers of this backend: whether {@link Pool#teeMemory} answers} Where it does
     * not, it refuses with {@code NOT_SUPPORTED}.
     */
    @Attribute("tee")
    boolean tee() default false;
}
