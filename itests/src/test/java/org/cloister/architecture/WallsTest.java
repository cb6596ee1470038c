// SPDX-License-Identifier: Apache-2.0
package org.cloister.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The walls of the house: who may know whom. */
class WallsTest {
    private static final String[] API =
            {"org.cloister.heap", "org.cloister.importer", "org.cloister.backend", "org.cloister.tee",
                "org.cloister.descriptor", "org.cloister.admin", "org.cloister.region"};
    /** What stands in for a machine and for a backend of somebody else where the suite itself is tested. */
    private static final String[] TCK_SURROUNDINGS =
            {"org.cloister.tck.soc..", "org.cloister.tck.machine..", "org.cloister.tck.sample.."};
    private static final String[] JDK = {"java..", "javax..", "jdk.."};
    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/") && !location.contains("/itests/")
                    && !location.contains("/simulation/target/lib/") // copies of what is looked at anyway
                    && !location.contains("/bench/stress/")) // races, within core and the firewall
            .importPackages("org.cloister");
    /** Part of the simulation is in the packages of what it simulates with. */
    private static final DescribedPredicate<JavaClass> SIMULATION = DescribedPredicate.describe("of the simulation",
            type -> type.getSource().filter(source -> source.getUri().toString().contains("/simulation/target/"))
                    .isPresent());
    private static final JavaClasses PRODUCT = HOUSE.that(DescribedPredicate.not(SIMULATION));

    private static DescribedPredicate<JavaClass> in(String[]... packages) {
        return resideInAnyPackage(Stream.of(packages).flatMap(Stream::of).toArray(String[]::new));
    }

    private static String[] packages(String... packages) {
        return packages;
    }

    @Test
    void theWholeHouseIsLookedAt() {
        assertThat(PRODUCT.stream().map(JavaClass::getPackageName).map(name -> name.split("\\.")[2]).distinct())
                .contains("heap", "importer", "backend", "tee", "pool", "platform", "core", "emulator", "driver",
                        "player", "cli", "console", "tck", "bench");
        assertThat(PRODUCT.contain("org.cloister.tck.soc.internal.BoardObserver")).isTrue();
        assertThat(PRODUCT.contain("org.cloister.tck.machine.SmallMachine")).isTrue();
        assertThat(PRODUCT.contain("org.cloister.tck.sample.Flaw")).isTrue();
        assertThat(HOUSE.that(SIMULATION)).hasSizeGreaterThan(40);
    }

    @Test
    void apiKnowsNothingButTheJdkAndOsgiAnnotations() {
        classes().that(in(API)).should().onlyDependOnClassesThat(
                in(API, JDK, packages("org.osgi.annotation.."))).check(PRODUCT);
    }

    @Test
    void poolKnowsTheApi() {
        classes().that(resideInAPackage("org.cloister.pool..")).should().onlyDependOnClassesThat(
                in(API, JDK, packages("org.osgi.annotation..",
                        "org.osgi.service.component.annotations..", "org.cloister.pool.."))).check(PRODUCT);
    }

    @Test
    void platformKnowsTheApi() {
        classes().that(resideInAPackage("org.cloister.platform..")).should().onlyDependOnClassesThat(
                in(API, JDK, packages("org.osgi.annotation..", "org.cloister.platform..", "org.osgi.framework")))
                .check(PRODUCT);
        noClasses().that(resideInAPackage("org.cloister.platform.."))
                .and().resideOutsideOfPackage("org.cloister.platform.service")
                .should().dependOnClassesThat(resideInAPackage("org.osgi.framework..")).check(PRODUCT);
    }

    @Test
    void coreNamesNoBackendDriverOrPlatform() {
        noClasses().that(resideInAPackage("org.cloister.core..")).should().dependOnClassesThat(
                resideInAPackage("org.cloister..").and(DescribedPredicate.not(
                        in(API, packages("org.cloister.core.."))))).check(PRODUCT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"amdtee", "carveout", "linux", "mtk", "optee"})
    void aBackendKnowsApiPoolAndPlatform(String backend) {
        String own = "org.cloister.backend." + backend + "..";
        noClasses().that(resideInAPackage(own)).should().dependOnClassesThat(
                resideInAPackage("org.cloister..").and(DescribedPredicate.not(in(API,
                        packages("org.cloister.pool..", "org.cloister.platform..", own))))).check(PRODUCT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"codec", "crypto", "display", "panthor"})
    void aDriverKnowsApiAndPlatform(String driver) {
        String own = "org.cloister.driver." + driver + "..";
        noClasses().that(resideInAPackage(own)).should().dependOnClassesThat(
                resideInAPackage("org.cloister..").and(DescribedPredicate.not(in(API,
                        packages("org.cloister.platform..", own))))).check(PRODUCT);
    }

    @Test
    void theConsoleKnowsApiAndPlatform() {
        noClasses().that(resideInAPackage("org.cloister.console..")).should().dependOnClassesThat(
                resideInAPackage("org.cloister..").and(DescribedPredicate.not(in(API,
                        packages("org.cloister.platform..", "org.cloister.console.."))))).check(PRODUCT);
    }

    /** Or it would test backends of this repository better than those of others. */
    @Test
    void theSuiteKnowsTheApi() {
        noClasses().that(resideInAPackage("org.cloister.tck..").and(DescribedPredicate.not(in(TCK_SURROUNDINGS))))
                .should().dependOnClassesThat(resideInAPackage("org.cloister..").and(DescribedPredicate.not(
                        in(API, packages("org.cloister.tck.."))))).check(PRODUCT);
        noClasses().that(resideInAPackage("org.cloister.tck..").and(DescribedPredicate.not(in(TCK_SURROUNDINGS))))
                .should().dependOnClassesThat(in(TCK_SURROUNDINGS)).check(PRODUCT);
    }

    @ParameterizedTest
    @CsvSource({
        "soc, org.cloister.platform.. org.cloister.emulator.soc.. org.cloister.tck",
        "machine, org.cloister.tck",
        "sample, org.cloister.pool.. org.cloister.tck.machine",
    })
    void whatSurroundsTheSuiteKnowsWhatItStandsFor(String part, String known) {
        String own = "org.cloister.tck." + part + "..";
        noClasses().that(resideInAPackage(own)).should().dependOnClassesThat(
                resideInAPackage("org.cloister..").and(DescribedPredicate.not(in(API, packages(known.split(" ")),
                        packages(own))))).check(PRODUCT);
    }

    @Test
    void nobodyImportsTheSuite() {
        noClasses().that().resideOutsideOfPackage("org.cloister.tck..").should().dependOnClassesThat(
                resideInAPackage("org.cloister.tck..")).check(HOUSE);
    }

    @Test
    void onlyTheProgramImportsTheSimulation() {
        noClasses().that(DescribedPredicate.not(SIMULATION).and(DescribedPredicate.not(
                        resideInAPackage("org.cloister.cli..")))).should().dependOnClassesThat(SIMULATION).check(HOUSE);
    }

    @Test
    void onlyTheBoardsUsersImportTheEmulator() {
        noClasses().that(DescribedPredicate.not(in(packages("org.cloister.emulator..", "org.cloister.player..",
                        "org.cloister.cli..", "org.cloister.tck.soc..", "org.cloister.bench.."))))
                .should().dependOnClassesThat(resideInAPackage("org.cloister.emulator..")).check(PRODUCT);
    }

    @Test
    void nobodyReachesIntoAnInternalPackageOfAnotherModule() {
        PRODUCT.forEach(from -> from.getDirectDependenciesFromSelf().forEach(dependency -> {
            JavaClass to = dependency.getTargetClass().getBaseComponentType();
            if (to.getPackageName().startsWith("org.cloister.") && to.getPackageName().contains(".internal")) {
                assertThat(module(to)).as("%s uses %s", from.getName(), to.getName()).isEqualTo(module(from));
            }
        }));
    }

    /** Where a class comes from: a jar, or a folder of classes. */
    private static String module(JavaClass type) {
        return type.getSource().orElseThrow().getUri().toString().replaceAll("/org/cloister/.*", "");
    }
}
