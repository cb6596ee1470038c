// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.util.Optional;
import java.util.stream.Stream;
import org.apache.felix.service.command.Converter;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Lets people name bundles to Felix's commands, such as {@code stop} and {@code update}, by id, symbolic name or location.
 * Gogo leaves that to the shell's own bundle, which is this one. Safe for use by any thread.
 */
@Component
public final class BundleConverter implements Converter {
    private final BundleContext context;

    /** Called by Declarative Services. */
    @Activate
    public BundleConverter(BundleContext context) {
        this.context = context;
    }

    /** {@return the bundle of that name, or null, which leaves the conversion to others, as Gogo wants it} */
    @Override
    public Object convert(Class<?> desired, Object in) {
        return desired == Bundle.class && in instanceof CharSequence name
                ? bundle(context, name.toString()).orElse(null) : null;
    }

    /** The bundle with an id, symbolic name or location. */
    static Optional<Bundle> bundle(BundleContext context, String name) {
        return Stream.of(context.getBundles())
                .filter(bundle -> Long.toString(bundle.getBundleId()).equals(name)
                        || name.equals(bundle.getSymbolicName()) || bundle.getLocation().equals(name))
                .findFirst();
    }

    /** {@return null: how things are printed is left to others} */
    @Override
    public CharSequence format(Object target, int level, Converter escape) {
        return null;
    }
}
