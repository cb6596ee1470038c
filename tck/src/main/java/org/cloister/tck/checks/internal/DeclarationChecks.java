// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.net.URL;
import java.util.Arrays;
import java.util.Collection;
import java.util.Dictionary;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.cloister.backend.HeapBackend;
import org.cloister.tck.internal.BackendBench;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.Laboratory;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;
import org.osgi.framework.wiring.BundleRevision;

/** What the bundle says of itself before it is started. */
@Category("declaration")
final class DeclarationChecks {
    private static final String OWN = "org.cloister.";
    private static final Set<String> PUBLIC = Set.of("heap", "importer", "backend", "tee", "descriptor", "region", "pool",
            "platform", "tck");

    @Check(clause = "The manifest provides the capability cloister.backend with the backend's id.",
            remedy = "Put @ProvidesBackend(\"<id>\") on the component that implements HeapBackend.")
    void theManifestNamesTheBackend(BackendBench bench) {
        Expect.that(!bench.declared().isEmpty(), "no capability %s of %s has the id \"%s\"; there are %s",
                HeapBackend.NAMESPACE, bench.bundle().getSymbolicName(), bench.id(), ids(bench));
    }

    private static List<String> ids(BackendBench bench) {
        return Laboratory.declared(bench.bundle()).stream()
                .map(attributes -> String.valueOf(attributes.get(HeapBackend.NAMESPACE))).toList();
    }

    @Check(clause = "The capability has a version, so that a resolver can tell revisions of the contract apart.",
            remedy = "Leave the capability to @ProvidesBackend, which gives it version 1.0.0.")
    void theCapabilityHasAVersion(BackendBench bench) {
        if (bench.declared().isEmpty()) {
            throw Expect.skip("there is no capability");
        }
        Expect.that(bench.declared().get(Constants.VERSION_ATTRIBUTE) instanceof Version,
                "the version of the capability is %s", bench.declared().get(Constants.VERSION_ATTRIBUTE));
    }

    @Check(clause = "No capability cloister.backend is declared twice for one id.",
            remedy = "Remove the line from bnd.bnd; @ProvidesBackend makes it.")
    void noCapabilityIsDeclaredTwice(BackendBench bench) {
        List<String> ids = ids(bench);
        Expect.that(ids.stream().distinct().count() == ids.size(), "declared are %s", ids);
    }

    @Check(clause = "The id is short, printable ASCII without space, comma, colon or equals sign.",
            remedy = "Choose an id such as \"acme\": it stands in configurations and reports.")
    void theIdCanBeWrittenIntoConfigurations(BackendBench bench) {
        Expect.that(bench.id().matches("[!-~&&[^,:=]]{1,32}"), "the id is \"%s\"", bench.id());
    }

    @Check(clause = "The id is always the same.", remedy = "Return a constant from HeapBackend.id().")
    void theIdIsAConstant(BackendBench bench) {
        for (int i = 0; i < 3; i++) {
            String now = bench.backend().id();
            Expect.that(bench.id().equals(now), "the id was \"%s\" and is \"%s\"", bench.id(), now);
        }
    }

    @Check(clause = "No other backend in the framework has the same id.",
            remedy = "Choose an id of your own; for several instances let the configuration tell them apart.")
    void theIdIsUnique(BackendBench bench) throws InvalidSyntaxException {
        var context = bench.bundle().getBundleContext();
        for (ServiceReference<HeapBackend> other : context.getServiceReferences(HeapBackend.class, null)) {
            if (!other.equals(bench.reference())) {
                HeapBackend backend = context.getService(other);
                if (backend != null) {
                    String id = backend.id();
                    context.ungetService(other);
                    Expect.that(!bench.id().equals(id), "%s has the id \"%s\", too",
                            other.getBundle().getSymbolicName(), id);
                }
            }
        }
    }

    @Check(clause = "A service.ranking, where there is one, is an Integer.",
            remedy = "Write the property as \"service.ranking:Integer=10\": the framework ignores any other type.")
    void theRankingIsAnInteger(BackendBench bench) {
        Object ranking = bench.reference().getProperty(Constants.SERVICE_RANKING);
        Expect.that(ranking == null || ranking instanceof Integer, "the ranking is %s of %s", ranking,
                ranking == null ? "" : ranking.getClass().getName());
    }

    @Check(clause = "The bundle imports the interface of backends, and has no copy of it.",
            remedy = "Do not embed org.cloister.api: give it scope 'provided', or leave it out of -privatepackage.")
    void theApiIsNotEmbedded(BackendBench bench) {
        for (String path : List.of("org/cloister/backend", "org/cloister/heap", "org/cloister/importer")) {
            Enumeration<URL> copies = bench.bundle().findEntries(path, "*.class", false);
            Expect.that(copies == null, "the bundle has classes of its own in %s", path);
        }
    }

    @Check(clause = "The range in which org.cloister.backend is imported takes every later 1.x, and no 2.0.",
            remedy = "Let bnd derive the import; a backend implements consumer types only, so that it is [1.0,2).")
    void theApiIsImportedAsAConsumerDoes(BackendBench bench) {
        VersionRange range = importRange(bench, "org.cloister.backend")
                .orElseThrow(() -> Expect.fail("the bundle does not import org.cloister.backend"));
        Expect.that(range.includes(new Version(1, 999, 0)), "%s excludes a later 1.x", range);
        Expect.that(!range.includes(new Version(2, 0, 0)), "%s includes 2.0", range);
    }

    private static Optional<VersionRange> importRange(BackendBench bench, String name) {
        return bench.bundle().adapt(BundleRevision.class).getDeclaredRequirements(BundleRevision.PACKAGE_NAMESPACE)
                .stream().map(requirement -> requirement.getDirectives().get(Constants.FILTER_DIRECTIVE))
                .filter(filter -> filter.contains("(" + BundleRevision.PACKAGE_NAMESPACE + "=" + name + ")"))
                .map(DeclarationChecks::range).findFirst();
    }

    /** The range behind a filter such as {@code (&(osgi.wiring.package=p)(version>=1.0)(!(version>=2.0)))}. */
    private static VersionRange range(String filter) {
        String least = filter.matches(".*[&)]\\(version>=.*") ? filter.replaceAll(".*?[&)]\\(version>=([^)]*)\\).*", "$1")
                : "0";
        String below = filter.contains("(!(version>=") ? filter.replaceAll(".*\\(!\\(version>=([^)]*)\\).*", "$1") : "";
        return new VersionRange(below.isEmpty() ? least : "[" + least + "," + below + ")");
    }

    @Check(clause = "Of Cloister's packages only public ones are imported: those of the API, pool and platform.",
            remedy = "Do without core, the emulator and other backends: they are not there where yours is deployed.")
    void nothingButThePublicHouseIsImported(BackendBench bench) {
        Dictionary<String, String> headers = bench.bundle().getHeaders("");
        String imports = String.valueOf(headers.get(Constants.IMPORT_PACKAGE)).replaceAll("\"[^\"]*\"", "");
        List<String> foreign = Arrays.stream(imports.split(",")).map(part -> part.replaceAll(";.*", "").strip())
                .filter(name -> name.startsWith(OWN)).filter(name -> !isPublic(bench, name)).toList();
        Expect.that(foreign.isEmpty(), "it imports %s", foreign);
    }

    private static boolean isPublic(BackendBench bench, String name) {
        String room = name.substring(OWN.length()).split("\\.")[0];
        return PUBLIC.contains(room) && !name.endsWith(".internal")
                && (!room.equals("backend") || name.equals("org.cloister.backend") || exports(bench, name));
    }

    private static boolean exports(BackendBench bench, String name) {
        Collection<String> own = bench.bundle().adapt(BundleRevision.class)
                .getDeclaredCapabilities(BundleRevision.PACKAGE_NAMESPACE).stream()
                .map(capability -> String.valueOf(capability.getAttributes().get(BundleRevision.PACKAGE_NAMESPACE)))
                .collect(Collectors.toSet());
        return own.contains(name);
    }

    @Check(clause = "What the capability declares with true or false is one of the two.",
            remedy = "Write tee=true or leave it out.")
    void declaredAttributesAreTrueOrFalse(BackendBench bench) {
        for (Map.Entry<String, Object> attribute : bench.declared().entrySet()) {
            if (attribute.getKey().equals("tee")) {
                Expect.that(Set.of("true", "false").contains(String.valueOf(attribute.getValue())),
                        "%s is %s", attribute.getKey(), attribute.getValue());
            }
        }
    }
}
