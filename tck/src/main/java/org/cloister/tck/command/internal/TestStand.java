// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.command.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.service.cm.ConfigurationAdmin;

/** Puts jars into this framework, and says in a sentence why one does not go in. */
final class TestStand {
    private static final Pattern AT_LEAST = Pattern.compile("\\(version>=([^)]*)\\)");
    private static final Pattern NAMED = Pattern.compile("\\(osgi\\.wiring\\.package=([^)]*)\\)");

    private final BundleContext context;
    private final ConfigurationAdmin configurations;

    TestStand(BundleContext context, ConfigurationAdmin configurations) {
        this.context = context;
        this.configurations = configurations;
    }

    /** Installs and starts a jar with all that it is set up with; answers its bundle. */
    Bundle put(Path jar, LabSetup setup) throws Unusable {
        List<Bundle> bundles = new ArrayList<>();
        for (Path more : setup.bundles()) {
            bundles.add(install(more));
        }
        Bundle tested = install(jar);
        bundles.add(tested);
        for (Map.Entry<String, ?> one : setup.configurations().entrySet()) {
            configure(one.getKey(), setup);
        }
        for (Bundle bundle : bundles) {
            start(bundle);
        }
        return tested;
    }

    private void configure(String pid, LabSetup setup) throws Unusable {
        try {
            configurations.getConfiguration(pid, "?").update(setup.configurations().get(pid));
        } catch (IOException e) {
            throw new Unusable("cannot configure %s: %s; make room for temporary files", pid, e.getMessage());
        }
    }

    private Bundle install(Path jar) throws Unusable {
        Attributes manifest = manifest(jar);
        String name = manifest.getValue(Constants.BUNDLE_SYMBOLICNAME);
        if (name == null) {
            throw new Unusable("'%s' is a jar and no bundle: it has no Bundle-SymbolicName; build it with bnd", jar);
        }
        try {
            for (Bundle same : context.getBundles()) {
                if (name.replaceAll(";.*", "").strip().equals(same.getSymbolicName())) {
                    same.uninstall(); // one of ours, of which another build is to be tested
                }
            }
            return context.installBundle(jar.toAbsolutePath().toUri().toString());
        } catch (BundleException e) {
            throw new Unusable("'%s' cannot be installed: %s; build it with bnd", jar, oneLine(e));
        }
    }

    private static Attributes manifest(Path jar) throws Unusable {
        if (!Files.isReadable(jar) || Files.isDirectory(jar)) {
            throw new Unusable("cannot read '%s': it is not there, or not a file that can be read; name a bundle's jar", jar);
        }
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            if (manifest == null) {
                throw new Unusable("'%s' is a jar without a manifest; build it with bnd", jar);
            }
            return manifest.getMainAttributes();
        } catch (IOException e) {
            throw new Unusable("'%s' is no jar: %s; name a bundle's jar", jar, e.getMessage());
        }
    }

    private void start(Bundle bundle) throws Unusable {
        try {
            bundle.start();
        } catch (BundleException e) {
            throw new Unusable("%s does not start: %s", bundle.getSymbolicName(), lack(bundle, e));
        }
    }

    /** What a bundle lacks, by its imports: nobody exports the package, or in another version only. */
    private String lack(Bundle bundle, BundleException thrown) {
        for (BundleRequirement wanted : bundle.adapt(BundleRevision.class)
                .getDeclaredRequirements(BundleRevision.PACKAGE_NAMESPACE)) {
            String filter = String.valueOf(wanted.getDirectives().get(Constants.FILTER_DIRECTIVE));
            boolean optional = Constants.RESOLUTION_OPTIONAL.equals(
                    wanted.getDirectives().get(Constants.RESOLUTION_DIRECTIVE));
            Matcher name = NAMED.matcher(filter);
            if (optional || !name.find() || exports().stream().anyMatch(wanted::matches)) {
                continue;
            }
            List<String> there = exports().stream().map(BundleCapability::getAttributes)
                    .filter(attributes -> name.group(1).equals(attributes.get(BundleRevision.PACKAGE_NAMESPACE)))
                    .map(attributes -> String.valueOf(attributes.get(Constants.VERSION_ATTRIBUTE))).toList();
            Matcher least = AT_LEAST.matcher(filter);
            String version = least.find() ? least.group(1) : "any version";
            return there.isEmpty()
                    ? "it imports the package %s, which nobody exports; embed it, or give its jar in %s of --config"
                            .formatted(name.group(1), LabSetup.BUNDLES)
                    : "it was built for %s %s, and here is %s; update Cloister, or build it against version %s of the API"
                            .formatted(name.group(1), version, String.join(" and ", there), there.getLast());
        }
        return oneLine(thrown) + "; correct what it requires";
    }

    private List<BundleCapability> exports() {
        List<BundleCapability> exports = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            BundleRevision revision = bundle.adapt(BundleRevision.class);
            if (revision != null) {
                exports.addAll(revision.getDeclaredCapabilities(BundleRevision.PACKAGE_NAMESPACE));
            }
        }
        return Collections.unmodifiableList(exports);
    }

    private static String oneLine(Exception e) {
        return String.valueOf(e.getMessage()).replaceAll("\\s*[\\r\\n]+\\s*", " ");
    }
}
