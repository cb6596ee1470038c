// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.nio.file.Path;
import java.util.Hashtable;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/** A framework without bundles: a real registry of services for each test. */
abstract class FrameworkCase {
    @TempDir
    private Path storage;

    private Framework framework;

    @BeforeEach
    void startFramework() throws BundleException {
        framework = ServiceLoader.load(FrameworkFactory.class).findFirst().orElseThrow()
                .newFramework(Map.of(Constants.FRAMEWORK_STORAGE, storage.toString()));
        framework.start();
    }

    @AfterEach
    void stopFramework() throws BundleException, InterruptedException {
        framework.stop();
        framework.waitForStop(10_000);
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    /** Registers {@code service} under a type that need not exist. */
    ServiceRegistration<?> register(String type, Object service, Map<String, ?> properties) {
        return context().registerService(type, new ServiceFactory<Object>() {
            @Override
            public Object getService(Bundle bundle, ServiceRegistration<Object> registration) {
                return service;
            }

            @Override
            public void ungetService(Bundle bundle, ServiceRegistration<Object> registration, Object used) {
                // nothing is kept
            }
        }, new Hashtable<>(properties));
    }
}
