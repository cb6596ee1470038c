// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

class BundleConverterTest extends FrameworkCase {
    private BundleConverter converter;
    private Bundle bundle;

    @BeforeEach
    void installABundle() throws Exception {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", "org.acme.backend");
        ByteArrayOutputStream jar = new ByteArrayOutputStream();
        new JarOutputStream(jar, manifest).close();
        bundle = context().installBundle("file:acme.jar", new ByteArrayInputStream(jar.toByteArray()));
        converter = new BundleConverter(context());
    }

    @Test
    void bundlesAreNamedInThreeWays() {
        assertThat(converter.convert(Bundle.class, new StringBuilder().append(bundle.getBundleId()))).isSameAs(bundle);
        assertThat(converter.convert(Bundle.class, "org.acme.backend")).isSameAs(bundle);
        assertThat(converter.convert(Bundle.class, "file:acme.jar")).isSameAs(bundle);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "4711", "1.0", "99999999999999999999", "org.acme", "ORG.ACME.BACKEND", "acme.jar", "*"})
    void whatNoBundleIsCalledIsNoBundle(String name) {
        assertThat(converter.convert(Bundle.class, name)).isNull();
    }

    @Test
    void aBundleThatHasGoneIsNoBundle() throws Exception {
        bundle.uninstall();
        assertThat(converter.convert(Bundle.class, "org.acme.backend")).isNull();
    }

    @Test
    void whatIsNoBundleIsLeftToOthers() {
        assertThat(converter.convert(ServiceReference.class, "org.acme.backend")).isNull();
        assertThat(converter.convert(Bundle.class, 1L)).isNull();
        assertThat(converter.format(bundle, 0, converter)).isNull();
    }
}
