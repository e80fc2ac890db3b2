// Starts the web app. Mantine's style elements take the nonce of this page.
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import { createTheme, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from './api.ts';
import { App } from './app.tsx';

const theme = createTheme({ primaryShade: 8, autoContrast: true, respectReducedMotion: true });
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    // The session ended: asking again who is signed in brings the sign-in page.
    onError: (error, { queryKey }) => {
      if (error instanceof ApiError && error.problem.status === 401 && queryKey[0] !== 'me') {
        void client.resetQueries({ queryKey: ['me'] });
      }
    },
  }),
  defaultOptions: {
    queries: {
      // A refusal will not change by asking again; only a lost connection might.
      retry: (count, error) => count < 2 && error instanceof ApiError && error.problem.status === 0,
      staleTime: 2_000,
    },
  },
});

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
          <Notifications position="bottom-right" />
          <App />
        </MantineProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
