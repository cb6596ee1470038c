// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** Configurations that can be updated, each update being told to whoever made this. */
final class FakeConfigurations implements ConfigurationAdmin {
    private final Consumer<Dictionary<String, ?>> onUpdate;
    /** PIDs and locations that were asked for. */
    final List<String> asked = new ArrayList<>();
    /** PIDs of configurations that somebody made before. */
    final Set<String> present = new HashSet<>();
    /** Whether the next update fails. */
    boolean broken;

    FakeConfigurations(Consumer<Dictionary<String, ?>> onUpdate) {
        this.onUpdate = onUpdate;
    }

    @Override
    public Configuration getConfiguration(String pid, String location) {
        asked.add(pid + " " + location);
        return new FakeConfiguration(pid);
    }

    @Override
    public Configuration createFactoryConfiguration(String factoryPid) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Configuration createFactoryConfiguration(String factoryPid, String location) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Configuration getConfiguration(String pid) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Configuration getFactoryConfiguration(String factoryPid, String name, String location) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Configuration getFactoryConfiguration(String factoryPid, String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Configuration[] listConfigurations(String filter) {
        throw new UnsupportedOperationException();
    }

    private final class FakeConfiguration implements Configuration {
        private final String pid;

        private FakeConfiguration(String pid) {
            this.pid = pid;
        }

        @Override
        public String getPid() {
            return pid;
        }

        @Override
        public void update(Dictionary<String, ?> properties) throws IOException {
            if (broken) {
                throw new IOException("No space left on device");
            }
            onUpdate.accept(properties);
        }

        @Override
        public Dictionary<String, Object> getProperties() {
            return present.contains(pid) ? new Hashtable<>() : null;
        }

        @Override
        public Dictionary<String, Object> getProcessedProperties(ServiceReference<?> reference) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void delete() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String getFactoryPid() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void update() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean updateIfDifferent(Dictionary<String, ?> properties) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void setBundleLocation(String location) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String getBundleLocation() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long getChangeCount() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void addAttributes(ConfigurationAttribute... attributes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Set<ConfigurationAttribute> getAttributes() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void removeAttributes(ConfigurationAttribute... attributes) {
            throw new UnsupportedOperationException();
        }
    }
}
